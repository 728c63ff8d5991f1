// Youpeng is a CRM in one program.
package main

import (
	"os"

	"youpeng/server/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
