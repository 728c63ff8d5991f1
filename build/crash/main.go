// Crash writes to a database until it is killed, saying each write that was acknowledged, and afterwards checks that
// every one of them is there, whole. build/crash.sh does the killing.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"youpeng/platform/db"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: crash write URL | crash check URL ACKNOWLEDGED")
	}
	ctx := context.Background()
	d, err := db.Open(ctx, args[1], db.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := db.Migrate(ctx, d, []db.Migration{{Number: 1, Name: "crash", Up: create}}); err != nil {
		return err
	}
	switch {
	case args[0] == "write" && len(args) == 2:
		return write(ctx, d)
	case args[0] == "check" && len(args) == 3:
		return check(ctx, d, args[2])
	}
	return fmt.Errorf("unknown command %q", args[0])
}

func create(tx db.Tx) error {
	w := tx.Dialect()
	for _, s := range []string{
		"CREATE TABLE parent (" + w.Key("id") + ", tag " + w.Type(db.Text) + " NOT NULL)",
		"CREATE UNIQUE INDEX parent_tag ON parent (tag)",
		"CREATE TABLE child (" + w.Key("id") + ", parent_id " + w.Type(db.Int) + " NOT NULL REFERENCES parent (id), body " + w.Type(db.Text) + ")",
		"CREATE INDEX child_parent ON child (parent_id)",
	} {
		if _, err := tx.Exec(s); err != nil {
			return err
		}
	}
	return nil
}

const children = 3

// write makes parents with their children from 16 callers at once, and says a parent's key once it is acknowledged.
func write(ctx context.Context, d *db.DB) error {
	var mu sync.Mutex
	var count atomic.Int64
	var all sync.WaitGroup
	failed := make(chan error, 16)
	for range 16 {
		all.Go(func() {
			for {
				id, err := one(ctx, d, fmt.Sprintf("%d-%d", os.Getpid(), count.Add(1)))
				if err != nil {
					failed <- err
					return
				}
				mu.Lock() // a line is written whole
				_, err = fmt.Println(id)
				mu.Unlock()
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	return <-failed
}

func one(ctx context.Context, d *db.DB, tag string) (id int64, err error) {
	err = d.Write(ctx, func(tx db.Tx) error {
		if id, err = tx.Insert("INSERT INTO parent (tag) VALUES (?)", tag+"-"+strconv.FormatInt(int64(os.Getppid()), 10)); err != nil {
			return err
		}
		for range children {
			if _, err := tx.Insert("INSERT INTO child (parent_id, body) VALUES (?, ?)", id, strings.Repeat("x", 200)); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

func check(ctx context.Context, d *db.DB, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	whole := map[int64]bool{}
	err = d.Read(ctx, func(r db.Reader) error {
		rows, err := r.Query("SELECT p.id, count(c.id) FROM parent p LEFT JOIN child c ON c.parent_id = p.id GROUP BY p.id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, n int64
			if err := rows.Scan(&id, &n); err != nil {
				return err
			}
			if n != children {
				return fmt.Errorf("parent %d has %d of %d children: half a transaction", id, n, children)
			}
			whole[id] = true
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	acknowledged, lost := 0, 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		id, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			continue // the last line may be cut
		}
		if acknowledged++; !whole[id] {
			lost++
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if lost > 0 {
		return fmt.Errorf("%d of %d acknowledged writes are lost", lost, acknowledged)
	}
	if acknowledged == 0 {
		return fmt.Errorf("nothing was acknowledged, so nothing is shown")
	}
	if err := d.Check(ctx); err != nil {
		return err
	}
	fmt.Printf("%d acknowledged, 0 lost, %d there\n", acknowledged, len(whole))
	return nil
}
