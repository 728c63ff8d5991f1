package control

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// The cost of a password: argon2id with 19 MiB and two passes (OWASP Password Storage Cheat Sheet, minimum of 2023).
const (
	passes  = 2
	memory  = 19 << 10
	lanes   = 1
	keySize = 32
)

// hasher bounds how many passwords are computed at once, for each takes 19 MiB and a core.
type hasher struct {
	seats chan struct{}
	decoy string // compared where there is no account, so that an unknown address takes as long as a known one
}

func newHasher() *hasher {
	h := &hasher{seats: make(chan struct{}, max(1, runtime.NumCPU()))}
	h.decoy = seal("decoy")
	return h
}

func (h *hasher) run(ctx context.Context, fn func()) error {
	select {
	case h.seats <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.seats }()
	fn()
	return nil
}

func seal(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, passes, memory, lanes, keySize)
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, e.EncodeToString(salt), e.EncodeToString(key))
}

func opens(sealed, password string) bool {
	var version, m, t, p int
	parts := strings.Split(sealed, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, uint32(t), uint32(m), uint8(p), uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

// checkPassword refuses what is too short to resist guessing or too long to be worth its hashing.
func checkPassword(password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < 8:
		return fault.Invalid("password", "password.short", "min", 8)
	case n > 256:
		return fault.Invalid("password", "password.long", "max", 256)
	}
	if common[strings.ToLower(password)] {
		return fault.Invalid("password", "password.common")
	}
	return nil
}

// common are the passwords of eight and more characters that lead every list of leaked ones.
var common = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`12345678 123456789 1234567890 password password1 qwertyuiop 11111111 00000000 88888888
		66666666 abc12345 a1234567 1q2w3e4r qwerty123 iloveyou 87654321 5201314520 woaini1314 password123 admin123 admin888 12341234
		asdfghjkl zxcvbnm1 1qaz2wsx passw0rd 123123123 987654321 147258369 qq123456 a123456789 woaini520 youpeng123`) {
		m[w] = true
	}
	return m
}()

// The lock after wrong passwords: the first five cost nothing, each further one doubles the wait from 2 s up to 15 min.
const freeTries = 5

func lockFor(failures int64) time.Duration {
	if failures < freeTries {
		return 0
	}
	return min(15*time.Minute, 2*time.Second<<min(failures-freeTries, 20))
}

// SignIn checks a password and opens a session. An unknown address and a wrong password answer alike and take alike.
func (c *Control) SignIn(ctx context.Context, email, password, agent string) (secret string, a *Account, err error) {
	wrong := fault.New(fault.Unauthorized, "sign_in.wrong")
	norm, err := normEmail(email)
	if err != nil || len(password) > 4*256 {
		return "", nil, wrong
	}
	var sealed any
	var failures, until int64
	err = c.db.Read(ctx, func(r db.Reader) error {
		if a, err = find(r, "email = ?", norm); err != nil || a == nil {
			return err
		}
		_, err = r.One([]any{&sealed, &failures, &until}, "SELECT password, failures, locked_until FROM account WHERE id = ?", a.ID)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	if wait := until - c.now(); wait > 0 {
		f := fault.New(fault.TooMany, "sign_in.locked")
		f.Retry = int(wait/1e6) + 1
		return "", nil, f
	}
	stored, _ := sealed.(string)
	right := false
	if err := c.hash.run(ctx, func() {
		if stored == "" {
			opens(c.hash.decoy, password)
			return
		}
		right = opens(stored, password)
	}); err != nil {
		return "", nil, err
	}
	if a == nil {
		return "", nil, wrong
	}
	if !right {
		if err := c.failed(ctx, a.ID); err != nil {
			return "", nil, err
		}
		return "", nil, wrong
	}
	secret, err = c.open(ctx, a.ID, agent)
	return secret, a, err
}

// failed counts a wrong password. The count is read and raised in one transaction, so that parallel guesses all count.
func (c *Control) failed(ctx context.Context, account int64) error {
	return c.write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec("UPDATE account SET failures = failures + 1 WHERE id = ?", account); err != nil {
			return err
		}
		var n int64
		if _, err := tx.One([]any{&n}, "SELECT failures FROM account WHERE id = ?", account); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE account SET locked_until = ? WHERE id = ?", c.after(lockFor(n)), account)
		return err
	})
}

// SetPassword gives an account a new password, ends all its sessions but the one named by its secret, and lifts its lock.
func (c *Control) SetPassword(ctx context.Context, account int64, password, keepSecret string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	sealed, err := c.sealed(ctx, password)
	if err != nil {
		return err
	}
	return c.write(ctx, func(tx db.Tx) error { return setPassword(tx, account, sealed, keepSecret) })
}

func (c *Control) sealed(ctx context.Context, password string) (s string, err error) {
	err = c.hash.run(ctx, func() { s = seal(password) })
	return s, err
}

func setPassword(tx db.Tx, account int64, sealed, keepSecret string) error {
	if _, err := tx.Exec("UPDATE account SET password = ?, failures = 0, locked_until = 0 WHERE id = ?", sealed, account); err != nil {
		return err
	}
	// Whoever holds a link must not come in behind the new password. The setup link that was used stays: see Unsettled.
	if _, err := tx.Exec("DELETE FROM link WHERE account = ? AND (kind <> ? OR used_at IS NULL)", account, LinkSetup); err != nil {
		return err
	}
	_, err := tx.Exec("DELETE FROM session WHERE account = ? AND token <> ?", account, keep(keepSecret))
	return err
}

// ChangePassword is SetPassword by the person, who must know the present one; wrong ones count as at sign-in.
func (c *Control) ChangePassword(ctx context.Context, account int64, present, next, keepSecret string) error {
	a, err := c.AccountOf(ctx, account)
	if err != nil {
		return err
	}
	probe, _, err := c.SignIn(ctx, a.Email, present, "")
	if fault.Has(err, "sign_in.wrong") {
		return fault.Invalid("current", "password.wrong")
	}
	if err != nil {
		return err
	}
	if err := c.SignOut(ctx, probe); err != nil {
		return err
	}
	return c.SetPassword(ctx, account, next, keepSecret)
}
