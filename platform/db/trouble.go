package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "github.com/mattn/go-sqlite3"

	"youpeng/platform/fault"
)

// later is trouble that passes: the caller may try again after a few seconds.
func later(code string, cause error) error {
	e := fault.New(fault.Unavailable, code).Because(cause)
	e.Retry = 5
	return e
}

// broken says whether an error of SQLite is the disk's or the memory's, which nothing in the same transaction survives.
func broken(err error) bool {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrNomem, sqlite3.ErrCorrupt, sqlite3.ErrInterrupt, sqlite3.ErrCantOpen, sqlite3.ErrReadonly, sqlite3.ErrNotADB:
		return true
	}
	return false
}

// told turns a database's error into what callers understand: faults that pass are Unavailable, a full disk among them.
func told(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var lite sqlite3.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &lite):
		return toldLite(err, lite)
	case errors.As(err, &pg):
		return toldPostgres(err, pg)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, pgx.ErrTxClosed) || strings.Contains(err.Error(), "conn closed") {
		return later("db.unavailable", err)
	}
	return err
}

func toldLite(err error, lite sqlite3.Error) error {
	switch lite.Code {
	case sqlite3.ErrFull:
		return later("db.full", err)
	case sqlite3.ErrIoErr, sqlite3.ErrNomem, sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrCantOpen, sqlite3.ErrReadonly, sqlite3.ErrProtocol:
		return later("db.unavailable", err)
	}
	return err
}

func toldPostgres(err error, pg *pgconn.PgError) error {
	switch {
	case pg.Code == "53100":
		return later("db.full", err)
	case strings.HasPrefix(pg.Code, "08"), // connection
		strings.HasPrefix(pg.Code, "53"),  // resources
		strings.HasPrefix(pg.Code, "57P"), // shutting down, starting up
		pg.Code == "25006",                // became a standby
		pg.Code == "55P03",                // a lock was not to be had
		pg.Code == "40001", pg.Code == "40P01":
		return later("db.unavailable", err)
	}
	return err
}

// panicked makes an error of a panic, so that one caller's mistake stays its own.
func panicked(p any) error {
	return fmt.Errorf("db: panic in a callback: %v\n%s", p, debug.Stack())
}

// guarded runs a callback and turns its panic into an error.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	return f()
}
