package table

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"

	"youpeng/engine/object"
	"youpeng/platform/hanzi"
)

// maxKey bounds what stands in an index: PostgreSQL refuses entries above a third of a page.
const maxKey = 400

// bounded keeps a key short enough for an index; equal keys stay equal.
func bounded(key string) string {
	if len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "#" + hex.EncodeToString(sum[:])
}

// UniqueKey is the form in which a field's value is unique: text without regard to case and width, everything else as
// it is. Of a multi-valued field use ItemKey. Empty is no key.
func UniqueKey(f *object.Field, v any) string {
	switch x := v.(type) {
	case string:
		return bounded(strings.TrimSpace(hanzi.Fold(x)))
	case int64:
		return strconv.FormatInt(x, 10)
	case bool:
		return strconv.FormatBool(x)
	case object.Money:
		return strconv.FormatInt(x.Minor, 10) + " " + x.Currency
	case object.Ref:
		return strconv.Itoa(x.Object) + ":" + strconv.FormatInt(x.ID, 10)
	}
	return ""
}

// ItemKey is the form in which one item is unique. A messenger's name is unique within its service.
func ItemKey(f *object.Field, it object.Item) string {
	switch {
	case f.Kind.Links():
		return strconv.FormatInt(it.Link, 10)
	case f.Kind == object.KindMessenger:
		return bounded(it.Label + ":" + it.Norm)
	}
	return bounded(it.Norm)
}

// MatchKey is the form in which the duplicate matcher compares a single value: folded, without spaces and punctuation,
// a name without the region before and the legal form after its core. Empty is no key.
func MatchKey(o *object.Object, f *object.Field, v any) string {
	s, ok := v.(string)
	if !ok {
		return UniqueKey(f, v)
	}
	s = hanzi.Fold(s)
	if f.Name == o.Title {
		start, end := hanzi.Core(s)
		s = s[start:end]
	}
	return bounded(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, s))
}

// MatchKeys are the keys of a field's value for the matcher; those of a multi-valued field are its items'.
func MatchKeys(o *object.Object, f *object.Field, v any) []string {
	if items, ok := v.([]object.Item); ok {
		keys := make([]string, 0, len(items))
		for _, it := range items {
			keys = append(keys, it.Norm)
		}
		return keys
	}
	if key := MatchKey(o, f, v); key != "" {
		return []string{key}
	}
	return nil
}
