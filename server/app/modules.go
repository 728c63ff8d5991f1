package app

import (
	"youpeng/modules"
	"youpeng/modules/customers"
	"youpeng/modules/org"
)

// Modules is the list of all that the product does.
var Modules = []modules.Module{
	org.Module(),
	customers.Module(),
}
