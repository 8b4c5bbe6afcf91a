package web_test

import (
	"testing"
	"time"

	"example.com/templatesite/internal/web"
)

func TestDecimalIsStoredAsUnitsAndReadWithAllItsPlaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sent  string
		scale int
		units int64
		read  string
	}{
		{"12.50", 2, 1250, "12.50"},
		{"12.5", 2, 1250, "12.50"},
		{"12", 2, 1200, "12.00"},
		{"-0.05", 2, -5, "-0.05"},
		{"0", 1, 0, "0.0"},
		{"-0", 1, 0, "0.0"},
		{"0.001", 3, 1, "0.001"},
		{"9999999999999999.99", 2, 999999999999999999, "9999999999999999.99"},
	} {
		units, err := web.Decimal(&tt.sent, tt.scale).Value()
		if err != nil || units != tt.units {
			t.Errorf("%s is stored as %v, %v; want %d", tt.sent, units, err, tt.units)
		}
		var read string
		if err := web.Decimal(&read, tt.scale).Scan(tt.units); err != nil || read != tt.read {
			t.Errorf("%d is read as %s, %v; want %s", tt.units, read, err, tt.read)
		}
	}
}

func TestColumnsRefuseWhatTheyCannotKeep(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1.234", "one", "", "1e5", "99999999999999999999"} {
		if units, err := web.Decimal(&text, 2).Value(); err == nil {
			t.Errorf("%q is stored as %v", text, units)
		}
	}
	var read string
	for _, value := range []any{nil, 1.5, "1.50"} {
		if err := web.Decimal(&read, 2).Scan(value); err == nil {
			t.Errorf("%v is read as the decimal %s", value, read)
		}
	}
	for _, value := range []any{nil, 1, "2017-02-30", "30.7.2017", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if err := web.Date(&read).Scan(value); err == nil {
			t.Errorf("%v is read as the date %s", value, read)
		}
	}
}

func TestOptionalColumnsKeepNull(t *testing.T) {
	t.Parallel()
	var text *string
	for _, column := range []web.Column{web.OptionalDate(&text), web.OptionalDecimal(&text, 2)} {
		text = new(string)
		if err := column.Scan(nil); err != nil || text != nil {
			t.Errorf("null is read as %v, %v", text, err)
		}
		if stored, err := column.Value(); err != nil || stored != nil {
			t.Errorf("nil is stored as %v, %v", stored, err)
		}
	}
	for _, value := range []any{"2017-07-30", time.Date(2017, 7, 30, 0, 0, 0, 0, time.UTC)} {
		if err := web.OptionalDate(&text).Scan(value); err != nil || *text != "2017-07-30" {
			t.Errorf("%v is read as %v, %v", value, text, err)
		}
	}
}
