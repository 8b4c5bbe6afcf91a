package database_test

import (
	"testing"

	"example.com/templatesite/internal/web"
)

func TestTransactionRunsAgainOnAConnectionThatTakesChanges(t *testing.T) {
	db := postgres(t)
	warm(t, db, "set default_transaction_read_only = on") // as sessions from before a failover
	err := db.Tx(t.Context(), func(tx web.Querier) error {
		_, err := tx.ExecContext(t.Context(), "insert into note values (7)")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
