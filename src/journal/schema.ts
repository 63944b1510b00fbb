/*
 * The journal's tables. A schema version is never edited once released; a new one is added below it.
 *   block: the young generation, a stretch of a shared segment, records of all tenants in order of position.
 *   batch: the old generation, records of one tenant; its summary apart from its bytes, so that a start reads the summaries alone.
 *   shares: JSON [[drain, first ordinal, last ordinal, bytes], …].
 * Owner: store-tables.ts.
 */
const VERSION_1 = `
  CREATE TABLE cursor (
    drain INTEGER PRIMARY KEY, tenant INTEGER NOT NULL,
    accepted INTEGER NOT NULL, acknowledged INTEGER NOT NULL, resume INTEGER NOT NULL, written INTEGER NOT NULL,
    delivered INTEGER NOT NULL, resent INTEGER NOT NULL, filtered INTEGER NOT NULL,
    expired INTEGER NOT NULL, journal_full INTEGER NOT NULL, too_large INTEGER NOT NULL, removed INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE block (
    number INTEGER PRIMARY KEY, first_position INTEGER NOT NULL, last_position INTEGER NOT NULL, records BLOB NOT NULL
  ) STRICT;
  CREATE TABLE batch (
    number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, first_position INTEGER NOT NULL, last_position INTEGER NOT NULL,
    bytes INTEGER NOT NULL, events INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, shares TEXT NOT NULL
  ) STRICT;
  CREATE TABLE batch_records (number INTEGER PRIMARY KEY, records BLOB NOT NULL) STRICT;
  CREATE TABLE last (what INTEGER PRIMARY KEY CHECK (what = 0), position INTEGER NOT NULL) STRICT;
`;

export const journalSchema: readonly string[] = [
  VERSION_1, // 1: cursors, blocks, batches
];
