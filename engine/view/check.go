package view

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

func one(at, code string, args ...any) fault.Field {
	return fault.As(fault.Invalid(at, code, args...)).Fields[0]
}

func index(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

// said are the faults that the parser found.
func said(err error) []fault.Field {
	if err == nil {
		return nil
	}
	return fault.As(err).Fields
}

func words(at string, t object.Text, longest int, needed bool) []fault.Field {
	for _, s := range []string{t.ZH, t.EN} {
		if utf8.RuneCountInString(s) > longest || !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			return []fault.Field{one(at, "text.too_long", "max", longest)}
		}
	}
	if needed && strings.TrimSpace(t.ZH+t.EN) == "" {
		return []fault.Field{one(at, "required")}
	}
	return nil
}

func inOrder(bad []fault.Field) []fault.Field {
	slices.SortFunc(bad, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return bad
}
