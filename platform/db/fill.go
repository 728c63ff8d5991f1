package db

import "strings"

// Fill adds rows of one width with few statements. head is "INSERT INTO t (a, b)"; args are the values row after row.
// then is that of Send.
func Fill(tx Tx, then func(n int64, err error) error, head string, width int, args []any) error {
	for len(args) > 0 {
		n := 1
		for n*2 <= len(args)/width && n*2*width <= filled {
			n *= 2
		}
		row := "(" + strings.Repeat("?, ", width-1) + "?)"
		sql := head + " VALUES " + strings.Repeat(row+", ", n-1) + row
		if err := tx.Send(then, sql, args[:n*width]...); err != nil {
			return err
		}
		args = args[n*width:]
	}
	return nil
}

// filled is how many values one statement carries at most, a single row apart. Rows come in powers of two, so that few
// statements are prepared.
const filled = 640
