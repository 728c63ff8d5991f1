package column

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"youpeng/platform/hanzi"
)

// Texts come in random places, in series side by side, and go again: their order and labels stay those of their keys.
func TestTheOrderOfTextsStands(t *testing.T) {
	t.Parallel()
	d := newWords(true)
	src := rand.New(rand.NewPCG(1, 2))
	spreads := 0
	for i := range 6000 {
		s := fmt.Sprintf("%s%05d有限公司", []string{"远景", "明德", "华信"}[i%3], i)
		if i < 1500 {
			s = fmt.Sprintf("%c%c%d", rune(0x4E00+src.IntN(8000)), rune(0x4E00+src.IntN(8000)), i)
		}
		code := d.add(s, hanzi.Fold(s), true)
		if d.label[code] == 0 {
			d.spread()
			spreads++
		}
		if i%7 == 0 {
			d.drop(code)
			d.scrub(code)
		}
	}
	var before uint32
	for run, codes := range d.order {
		for _, c := range codes {
			if before != 0 && (bytes.Compare(d.key(before), d.key(c)) > 0 || d.label[before] >= d.label[c]) {
				t.Fatalf("%q stands before %q", d.value(before), d.value(c))
			}
			before = c
		}
		if head := d.heads[run]; head != nil && !bytes.Equal(head, d.key(before)) {
			t.Fatalf("the key of run %d is not that of its last text", run)
		}
	}
	if spreads > 20 {
		t.Errorf("the order was spread %d times", spreads)
	}
}

// A text is found by its fold, whether the fold is the text itself, the text without its beginning, or another.
func TestFoldsOfTexts(t *testing.T) {
	t.Parallel()
	d := newWords(false)
	texts := map[string]string{"acme": "acme", "+8613800138000": "8613800138000", "+8613800138000;ext=801": "8613800138000", "ACME": "acme", "+": "", "中文": "中文", "A中": "中"}
	for value, fold := range texts {
		if code := d.add(value, fold, false); d.value(code) != value || string(d.folded(code)) != fold || d.find(value) != code {
			t.Errorf("%q folded %q came back as %q and %q", value, fold, d.value(code), d.folded(code))
		}
	}
	for part, want := range map[string]int{"acme": 2, "0138": 2, "801": 0, "+86": 0, "中": 2} {
		if got := d.containing(part, false).count(); got != want {
			t.Errorf("%d texts contain %q, want %d", got, part, want)
		}
	}
	if got := d.equal([]string{"8613800138000"}).count(); got != 2 {
		t.Errorf("%d texts are the number, want 2", got)
	}
	code := d.find("+8613800138000")
	d.drop(code)
	d.scrub(code)
	if bytes.Count(d.buf, []byte("13800138000")) != 2 { // those of the number with an extension, and of its fold
		t.Error("what was scrubbed is held still")
	}
}
