package token

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/templatesite/internal/web"
)

const confirmSQL = `-- api_token.confirm
	select name, owner, scopes
	from api_token
	where id = $1 and revoked is null and (expires is null or expires > current_timestamp)`

// Confirm returns a caller whose token is not at hand, such as the one of a session, as they are now. It
// returns an ErrUnknownCaller if the token has expired or is revoked, and for a caller who has none.
func (t *Tokens) Confirm(ctx context.Context, caller *web.Caller) (*web.Caller, error) {
	digits, ofToken := strings.CutPrefix(caller.ID, idPrefix)
	if !ofToken {
		return nil, fmt.Errorf("%w: %s has no token of the service", web.ErrUnknownCaller, caller.ID)
	}
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", web.ErrUnknownCaller, err)
	}
	var scopes string
	now := &web.Caller{ID: caller.ID}
	err = t.read.QueryRowContext(ctx, confirmSQL, id).Scan(&now.Name, &now.Owner, &scopes)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: %s has expired or is revoked", web.ErrUnknownCaller, caller.ID)
	}
	now.Scopes = strings.Fields(scopes)
	return now, err
}
