package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/exchange"
	"youpeng/platform/blob"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// upload takes a file as the body, or as the first part with a file name of a form. It streams, and is kept whole or not
// at all.
func (api *API) upload(c *call) error {
	if err := api.sending.take(c.who); err != nil {
		return err
	}
	defer api.sending.give(c.who)
	body, name, kind, err := c.sent()
	if err != nil {
		return err
	}
	if err := c.space.Files().Room(c.ctx(), c.actor.User, c.r.ContentLength); err != nil {
		return err
	}
	if c.r.ContentLength > exchange.MaxFile+(1<<20) {
		return fault.New(fault.TooLarge, "body.large", "max", exchange.MaxFile)
	}
	f, err := c.space.Files().Put(c.ctx(), blob.File{Name: name, Type: mediaType(name, kind), Owner: c.actor.User, Expires: c.space.Now().Add(exchange.FileLife)}, body, exchange.MaxFile)
	if err != nil {
		if fault.As(err).Class == fault.Internal && (errors.Is(err, io.ErrUnexpectedEOF) || c.ctx().Err() != nil) {
			return fault.New(fault.BadRequest, "body.broken").Because(err)
		}
		return err
	}
	return rest.JSON(c.w, http.StatusCreated, fileView(f))
}

func fileView(f *blob.File) map[string]any {
	return map[string]any{"id": f.ID, "name": f.Name, "type": f.Type, "size": f.Size, "created_at": stamp(f.Created), "expires_at": stamp(f.Expires)}
}

// sent finds the bytes of an upload and what they are called.
func (c *call) sent() (body io.Reader, name, kind string, err error) {
	kind = c.r.Header.Get("Content-Type")
	if !strings.HasPrefix(kind, "multipart/form-data") {
		return c.r.Body, c.r.URL.Query().Get("name"), kind, nil
	}
	form, err := c.r.MultipartReader()
	if err != nil {
		return nil, "", "", fault.New(fault.BadRequest, "file.form").Because(err)
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, "", "", fault.New(fault.BadRequest, "file.form").Because(err)
		}
		if part.FileName() != "" {
			return part, part.FileName(), part.Header.Get("Content-Type"), nil
		}
	}
}

// mediaType is the type that a file is kept under: that of its name, else what its sender says, if that is a type.
func mediaType(name, said string) string {
	if t := mime.TypeByExtension(strings.ToLower(filepath.Ext(name))); t != "" {
		return t
	}
	if t, params, err := mime.ParseMediaType(said); err == nil && len(said) < 200 {
		return mime.FormatMediaType(t, params)
	}
	return "application/octet-stream"
}

// shownTypes are shown by a browser; everything else is saved.
var shownTypes = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "application/pdf": true}

// download sends a file to whom it belongs.
func (api *API) download(c *call) error {
	id, err := uuid.Parse(c.r.PathValue("id"))
	if err != nil {
		return fault.New(fault.Missing, "file.missing")
	}
	f, err := c.space.Files().Get(c.ctx(), id)
	if err != nil {
		return err
	}
	if f.Owner != c.actor.User || f.Owner == 0 {
		return fault.New(fault.Missing, "file.missing")
	}
	r, err := c.space.Files().Read(f)
	if err != nil {
		return err
	}
	defer r.Close()
	how := "attachment"
	if base, _, _ := mime.ParseMediaType(f.Type); shownTypes[base] {
		how = "inline"
	}
	h := c.w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private, no-store")
	h.Set("ETag", strconv.Quote(f.ID.String()))
	http.ServeContent(c.w, c.r, "", time.Time{}, r)
	return nil
}
