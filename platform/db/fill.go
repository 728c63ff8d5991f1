package db

import "strings"

// Fill adds rows of one width with few statements. head is "INSERT INTO t (a, b)"; args are the values row after row.
// then is that of Send.
func Fill(tx Tx, then func(n int64, err error) error, head string, width int, args []any) error {
	for len(args) > 0 {
		n := at(len(args)/width, width)
		if err := tx.Send(then, filling(head, width, n), args[:n*width]...); err != nil {
			return err
		}
		args = args[n*width:]
	}
	return nil
}

const (
	filled = 640 // values that one statement carries at most, a single row apart
	each   = 16  // up to so many rows each number has a statement of its own, above only the powers of two
)

// at answers how many of some rows go together, so that few statements are prepared.
func at(rows, width int) int {
	most := max(1, filled/width)
	if rows <= min(each, most) {
		return rows
	}
	n := 1
	for n*2 <= min(rows, most) {
		n *= 2
	}
	return n
}

// filling is the statement that adds so many rows.
func filling(head string, width, rows int) string {
	row := "(" + strings.Repeat("?, ", width-1) + "?)"
	return head + " VALUES " + strings.Repeat(row+", ", rows-1) + row
}
