package i18n

import (
	"regexp"
	"slices"
	"testing"
)

func TestMessage(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		locale, code string
		args         map[string]any
		want         string
	}{
		{"zh", "text.too_long", map[string]any{"max": 20}, "最多 20 个字。"},
		{"en-GB", "text.too_long", map[string]any{"max": 20}, "At most 20 characters."},
		{"fr", "required", nil, "请填写此项。"},
		{"en", "filter.unknown_op", map[string]any{"op": "{ops}", "ops": []string{"eq", "ne"}}, "This field does not know {ops}. It knows: eq, ne"},
		{"en", "no.such", nil, "no.such"},
	} {
		if got := Message(x.locale, x.code, x.args); got != x.want {
			t.Errorf("got %q, want %q", got, x.want)
		}
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	if zh, en := Codes("zh"), Codes("en"); !slices.Equal(zh, en) {
		t.Fatalf("zh has %d codes, en %d", len(zh), len(en))
	}
	named := regexp.MustCompile(`\{[a-z]+\}`)
	for _, code := range Codes("zh") {
		zh, en := named.FindAllString(messages()["zh"][code], -1), named.FindAllString(messages()["en"][code], -1)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(zh, en) {
			t.Errorf("%s names %v in Chinese and %v in English", code, zh, en)
		}
	}
}
