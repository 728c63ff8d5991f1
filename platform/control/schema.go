package control

import "youpeng/platform/db"

var migrations = []db.Migration{
	{Number: 1, Name: "accounts, workspaces, sessions, links, keys", Up: create},
	{Number: 2, Name: "when a key was last used", Up: keyUse},
	{Number: 3, Name: "links by account", Up: linksOf},
}

func linksOf(tx db.Tx) error {
	_, err := tx.Exec("CREATE INDEX link_account ON link (account)")
	return err
}

func keyUse(tx db.Tx) error {
	_, err := tx.Exec("ALTER TABLE api_key ADD COLUMN used_at " + tx.Dialect().Type(db.Int))
	return err
}

func create(tx db.Tx) error {
	d := tx.Dialect()
	i, t, b := d.Type(db.Int), d.Type(db.Text), d.Type(db.Bytes)
	for _, sql := range []string{
		"CREATE TABLE account (" + d.Key("id") + ", uuid " + b + " NOT NULL, email " + t + " NOT NULL, name " + t + " NOT NULL, locale " + t + " NOT NULL, password " + t +
			", created_at " + i + " NOT NULL, failures " + i + " NOT NULL, locked_until " + i + " NOT NULL)",
		"CREATE UNIQUE INDEX u_account_email ON account (email)",
		"CREATE TABLE workspace (" + d.Key("id") + ", slug " + t + " NOT NULL, name " + t + " NOT NULL, url " + t + " NOT NULL, created_at " + i + " NOT NULL)",
		"CREATE UNIQUE INDEX u_workspace_slug ON workspace (slug)",
		"CREATE TABLE membership (account " + i + " NOT NULL, workspace " + i + " NOT NULL, user_id " + b + " NOT NULL, PRIMARY KEY (account, workspace))",
		"CREATE TABLE session (" + d.Key("id") + ", uuid " + b + " NOT NULL, token " + b + " NOT NULL, account " + i + " NOT NULL, agent " + t + " NOT NULL, created_at " + i +
			" NOT NULL, seen_at " + i + " NOT NULL, expires_at " + i + " NOT NULL)",
		"CREATE UNIQUE INDEX u_session_token ON session (token)",
		"CREATE INDEX session_account ON session (account)",
		"CREATE TABLE link (token " + b + " NOT NULL PRIMARY KEY, kind " + t + " NOT NULL, account " + i + " NOT NULL, created_at " + i + " NOT NULL, expires_at " + i + " NOT NULL, used_at " + i + ")",
		"CREATE TABLE api_key (" + d.Key("id") + ", uuid " + b + " NOT NULL, token " + b + " NOT NULL, name " + t + " NOT NULL, account " + i + " NOT NULL, workspace " + i +
			" NOT NULL, scopes " + t + " NOT NULL, created_at " + i + " NOT NULL, revoked_at " + i + ")",
		"CREATE UNIQUE INDEX u_api_key_token ON api_key (token)",
	} {
		if _, err := tx.Exec(sql); err != nil {
			return err
		}
	}
	return nil
}
