// Package web carries the built web application inside the binary.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS holds the files of the built application; it has no index.html before the application was built.
var FS = sub()

func sub() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // The folder's name is a constant that the compiler has already seen.
	}
	return files
}
