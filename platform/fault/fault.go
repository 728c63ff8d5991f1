// Package fault is the one error type of the program: a stable code, a safe message in the reader's
// language, and what is wrong with which field. Whatever else an error wraps stays in the log.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Class says what kind of trouble it is; the doors translate it to a status once.
type Class int

const (
	Internal      Class = iota // ours: 500, the reader sees only a request id
	BadRequest                 // 400: cannot be understood
	Unauthorized               // 401: nobody we know
	Forbidden                  // 403: known, may not; the detail says why and whom to ask
	Missing                    // 404: not there, or not for this reader to know of
	NotThus                    // 405: there, but not to be asked in this way
	Conflict                   // 409: clashes with the state of things
	Gone                       // 410: was there once (an expired cursor)
	Stale                      // 412: somebody else changed it since
	TooLarge                   // 413: over a stated bound
	Unsupported                // 415: a content type we do not read
	Unprocessable              // 422: understood and refused; Fields says where
	VersionNeeded              // 428: say which version you saw
	TooMany                    // 429: slow down; Retry says how long
	Unavailable                // 503: not now; Retry says how long
)

// Error is what went wrong, for people and for programs.
type Error struct {
	Class  Class
	Code   string         // stable, dotted: "phone.invalid"; also the key of its message in the locales
	Args   map[string]any // what the message names; never personal data
	Fields []Field        // one entry per faulty field
	Extra  map[string]any // further members of the problem document (yours, theirs, base; duplicates; …)
	Retry  int            // seconds, for TooMany and Unavailable
	cause  error
}

// Field is one faulty field: its path as the caller wrote it ("phones[1].value"), a code and what the message names.
type Field struct {
	Path string
	Code string
	Args map[string]any
}

// New makes an error of a class. Args come in pairs: name, value.
func New(class Class, code string, args ...any) *Error {
	return &Error{Class: class, Code: code, Args: pairs(args)}
}

// Invalid refuses one field. Args come in pairs: name, value.
func Invalid(path, code string, args ...any) *Error {
	return &Error{Class: Unprocessable, Code: "invalid", Fields: []Field{{path, code, pairs(args)}}}
}

// Faulty refuses several fields at once; nil when there are none.
func Faulty(fields []Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Class: Unprocessable, Code: "invalid", Fields: fields}
}

// Because keeps the cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// With adds a member to the problem document.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Extra = map[string]any{name: value}
	for k, v := range e.Extra {
		if k != name {
			c.Extra[k] = v
		}
	}
	return &c
}

// Error is for the log: codes, paths and the cause, without values.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " [%s: %s]", f.Path, f.Code)
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.cause }

// As finds the *Error in a chain; anything else is Internal.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Class: Internal, Code: "internal", cause: err}
}

// Is says whether err is of a class.
func Is(err error, class Class) bool {
	var e *Error
	return errors.As(err, &e) && e.Class == class
}

// Has says whether err carries a code, as its own or as a field's.
func Has(err error, code string) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	if e.Code == code {
		return true
	}
	for _, f := range e.Fields {
		if f.Code == code {
			return true
		}
	}
	return false
}

// Under puts a prefix before the paths of all faulty fields, so that a fault of a nested record says where it stands.
func Under(prefix string, err error) error {
	var e *Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	c := *e
	c.Fields = make([]Field, len(e.Fields))
	for i, f := range e.Fields {
		f.Path = prefix + "." + f.Path
		c.Fields[i] = f
	}
	return &c
}

func pairs(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return m
}
