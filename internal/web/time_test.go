package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestTimeOutsideTheYears1To9999InUTCIsRefused(t *testing.T) {
	sampletest.Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		for _, due := range []string{"9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.9999999-00:01", "0001-01-01T00:00:00+00:01", "0000-01-01T00:00:00Z", "0000-12-31T23:59:59+01:00"} {
			fields := emma + `,"status":"reading","due":"` + due + `"`
			wantInvalid(t, c, "POST", "/book/", `{`+fields+`}`, "body.due")
			wantInvalid(t, c, "PUT", "/book/2", `{`+fields+`}`, "body.due")
			wantInvalid(t, c, "PATCH", "/book/1", `{"due":"`+due+`"}`, "body.due")
			if err := loadBook(t, db, "9", fields); err == nil || !strings.Contains(err.Error(), "body.due: the time must be in the years 1 to 9999 in UTC") {
				t.Errorf("loading it = %v", err)
			}
		}
		for _, due := range []string{"9999-12-31T23:59:59+12:00", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z", "0000-12-31T23:59:59-01:00"} {
			c.Want(http.StatusOK, "PATCH", "/book/1", `{"due":"`+due+`"}`)
			c.Want(http.StatusOK, "GET", "/book/1", "")
			c.Want(http.StatusOK, "GET", "/book/", "")
		}
	})
}

func TestTimeOfARowIsInUTCToTheMicrosecond(t *testing.T) {
	t.Parallel()
	sent := time.Date(2017, 7, 30, 17, 22, 42, 123456789, time.FixedZone("", 2*60*60))
	want := time.Date(2017, 7, 30, 15, 22, 42, 123456000, time.UTC)
	var read time.Time
	var optional *time.Time
	stored, err := web.OptionalTimestamp(&optional).Value()
	if err != nil || stored != nil {
		t.Errorf("nil is stored as %v, %v", stored, err)
	}
	for _, column := range []web.Column{web.Timestamp(&read), web.OptionalTimestamp(&optional)} {
		if err := column.Scan(sent); err != nil {
			t.Error(err)
		}
		if stored, err := column.Value(); err != nil || stored != want {
			t.Errorf("it is stored as %v, %v; want %v", stored, err, want)
		}
	}
	if read != want || *optional != want {
		t.Errorf("read %v and %v, want %v", read, *optional, want)
	}
	if err := web.OptionalTimestamp(&optional).Scan(nil); err != nil || optional != nil {
		t.Errorf("null is read as %v, %v", optional, err)
	}
}
