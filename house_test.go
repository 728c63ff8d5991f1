// Package house holds the law of the house: who may know whom, and where which words may stand.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"youpeng/platform/i18n"
)

// floors are the packages from the ground upwards. A package knows those of lower floors, and never a neighbour on its own.
var floors = [][]string{
	{"platform/clock", "platform/fault", "platform/hanzi", "platform/hanzi/gen"},
	{"platform/calendar", "platform/money", "platform/i18n", "platform/mail"},
	{"platform/rest", "platform/db"},
	{"platform/control", "platform/job", "platform/blob"},
	{"engine/object"},
	{"engine/field"},
	{"engine/query"},
	{"engine/access", "engine/table", "engine/arena", "engine/view"},
	{"engine/column"},
	{"engine/catalog"},
	{"engine/record"},
	{"engine/changelog"},
	{"engine/exchange", "engine/enginetest"},
	{"modules"},
	{"modules/modulestest"},
	{"modules/org"},
	{"modules/customers"},
	{"modules/activity"},
	{"modules/sales", "modules/service"},
	{"web"},
	{"server/app"},
	{"server/ops", "server/demo"},
	{"server/api"},
	{"server/cli"},
	{"cmd/youpeng", "build/bench", "build/crash"},
}

// floor is how high a package stands. A module that is not listed is one more trade.
func floor(pkg string) int {
	if strings.HasPrefix(pkg, "modules/") && !slices.ContainsFunc(floors, func(f []string) bool { return slices.Contains(f, pkg) }) {
		pkg = "modules/sales"
	}
	return slices.IndexFunc(floors, func(f []string) bool { return slices.Contains(f, pkg) })
}

// each visits the Go files of the program, tests apart.
func each(t *testing.T, visit func(path, pkg string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			visit(filepath.ToSlash(path), filepath.ToSlash(filepath.Dir(path)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEverybodyKnowsOnlyWhatStandsBelow(t *testing.T) {
	t.Parallel()
	each(t, func(path, pkg string) {
		if strings.HasSuffix(pkg, "test") && strings.HasPrefix(pkg, "platform/") {
			return // what only tests use
		}
		mine := floor(pkg)
		if mine < 0 {
			t.Errorf("%s is in no room that the house knows: draw it in docs/MAP.md and here", pkg)
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			name, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "youpeng/")
			if !ours || strings.HasSuffix(pkg, "test") && strings.HasSuffix(name, "dbtest") {
				continue
			}
			if theirs := floor(name); theirs >= mine {
				t.Errorf("%s knows %s, which does not stand below it", path, name)
			}
		}
	})
}

// The words of one dialect, and SQL at all.
var (
	dialect = regexp.MustCompile(`\b(PRAGMA|json_extract|jsonb|ILIKE|SKIP LOCKED|AUTOINCREMENT|BIGSERIAL|pg_[a-z]+|sqlite_master)\b`)
	sql     = regexp.MustCompile("[\"`](SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|CREATE INDEX|ALTER TABLE|DROP TABLE) ")
	rooms   = regexp.MustCompile(`^(platform/(db|control|job|blob)/|engine/(table|catalog)/|engine/(record|changelog|exchange)/store_|modules/\w+/store_|build/bench/)`)
	words   = regexp.MustCompile(`^platform/(db|olap|job|control)/`)
)

func TestDatabaseWordsStandInTheirRooms(t *testing.T) {
	t.Parallel()
	each(t, func(path, _ string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "//") {
				continue
			}
			if m := dialect.FindString(line); m != "" && !words.MatchString(path) {
				t.Errorf("%s:%d: %s is a word of one dialect", path, n+1, m)
			}
			if m := sql.FindString(line); m != "" && !rooms.MatchString(path) {
				t.Errorf("%s:%d: SQL stands outside its rooms: %s", path, n+1, m)
			}
		}
	})
}

var codes = regexp.MustCompile(`fault\.New\(fault\.\w+, "([a-z_.0-9]+)"|fault\.Invalid\([^,()]+(?:\([^()]*\))?, "([a-z_.0-9]+)"|fault\.Field\{[^}]*Code: "([a-z_.0-9]+)"`)

// Everything that may be wrong is said in both languages.
func TestEveryFaultHasItsSentence(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, c := range i18n.Codes("zh") {
		known[c] = true
	}
	each(t, func(path, _ string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range codes.FindAllStringSubmatch(string(text), -1) {
			if code := m[1] + m[2] + m[3]; !known[code] && !strings.HasSuffix(code, ".") && !strings.HasSuffix(code, "_") {
				t.Errorf("%s: %s has no sentence in platform/i18n/messages", path, code)
			}
		}
	})
}
