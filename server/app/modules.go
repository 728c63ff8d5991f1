package app

import (
	"youpeng/modules"
	"youpeng/modules/activity"
	"youpeng/modules/customers"
	"youpeng/modules/org"
	"youpeng/modules/sales"
	"youpeng/modules/service"
)

// Modules is the list of all that the product does.
var Modules = []modules.Module{
	org.Module(),
	customers.Module(),
	activity.Module(),
	sales.Module(),
	service.Module(),
}
