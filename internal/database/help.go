package database

import "strings"

// EngineHelp says how to use an engine.
type EngineHelp struct {
	// URL is the form of its URLs, and URLNote what else there is to say about them, if anything.
	URL, URLNote string
	// Start is what a start of the service does.
	Start string
	// Example starts the service.
	Example string
}

// Help returns how to use each engine.
func Help() []EngineHelp {
	var all []EngineHelp
	for _, e := range engines {
		all = append(all, e.help())
	}
	return all
}

// URLHelp says what the URL of a database looks like.
func URLHelp() string {
	text := urlForms() + "."
	for _, help := range Help() {
		if help.URLNote != "" {
			text += " " + help.URLNote
		}
	}
	return text
}

func urlForms() string {
	var forms []string
	for _, help := range Help() {
		forms = append(forms, help.URL)
	}
	return strings.Join(forms, " or ")
}
