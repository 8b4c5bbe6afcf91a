package logging

import "time"

// confirmAfter is how long a connection must stay up before a report that was sent on it counts as
// received: a proxy may accept a connection, and close it when it cannot reach the server.
const confirmAfter = 10 * time.Second

// lossReport makes a sink report each dropped record once, as soon as it can write again. It is
// used by one goroutine.
type lossReport struct {
	reported  uint64 // records whose loss is reported
	confirmed uint64 // those of them whose report counts as received
	at        time.Time
}

// report calls send with the number of records that were dropped since the last report, unless that
// is 0. When send fails, the next call includes them again.
func (l *lossReport) report(dropped uint64, send func(records uint64) error) error {
	if dropped == l.reported {
		return nil
	}
	if time.Since(l.at) >= confirmAfter {
		l.confirmed = l.reported
	}
	if err := send(dropped - l.reported); err != nil {
		return err
	}
	l.reported, l.at = dropped, time.Now()
	return nil
}

// connectionBroke makes the next report include the records whose report may be lost.
func (l *lossReport) connectionBroke() { // feature: syslog
	if time.Since(l.at) < confirmAfter {
		l.reported = l.confirmed
	}
}
