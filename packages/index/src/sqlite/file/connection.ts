import Database from 'better-sqlite3';

// On Node 24, an object of better-sqlite3 12 that is collected outside of any JavaScript ends the process: the destructor
// of node::ObjectWrap asks for the environment of a context that is not entered then (an assertion in
// RemoveEnvironmentCleanupHook). So none is ever collected there: a connection, its statements and its backups stay
// reachable until the process ends. Closing frees what SQLite holds for them; some 80 KB of wrappers remain of an index.
const COLLECTING_IS_FATAL = Number.parseInt(process.versions.node, 10) >= 24;
const kept: unknown[] = [];

function keep<T>(made: T): T {
  if (COLLECTING_IS_FATAL) kept.push(made);
  return made;
}

/** How a statement gives its rows. */
type Mode = 'plain' | 'pluck' | 'raw';

/** What better-sqlite3 hides behind a symbol. */
interface Native {
  backup?: (...args: unknown[]) => object;
}

/**
 * Opens a connection to a database file, as `new Database` does, but for two things. `prepare` gives one statement for
 * each text, however often it is asked, so that what is kept is bounded by the texts there are: a text must not hold
 * values. And `pluck()` and `raw()` give statements of their own; the plain one stays as it is.
 */
export function connect(path: string, options?: Database.Options): Database.Database {
  const db = keep(new Database(path, options));
  const prepare = db.prepare.bind(db);
  const statements = new Map<string, Database.Statement>();
  const statementOf = (mode: Mode, source: string): Database.Statement => {
    const key = `${mode} ${source}`;
    const known = statements.get(key);
    if (known) return known;
    const made = keep(prepare(source));
    if (mode !== 'plain') made[mode]();
    made.pluck = () => statementOf('pluck', source);
    made.raw = () => statementOf('raw', source);
    statements.set(key, made);
    return made;
  };
  keepBackups(db);
  db.prepare = ((source: string) => statementOf('plain', source)) as typeof db.prepare;
  db.pragma = (source, { simple = false } = {}) => {
    const plain = statementOf('plain', `PRAGMA ${source}`);
    if (!plain.reader) return plain.run();
    return simple ? plain.pluck().get() : plain.all();
  };
  return db;
}

function keepBackups(db: Database.Database): void {
  for (const symbol of Object.getOwnPropertySymbols(db)) {
    const native = (db as unknown as Record<symbol, Native | null>)[symbol];
    const backup = native?.backup;
    if (!native || typeof backup !== 'function') continue;
    native.backup = (...args) => keep(backup.apply(native, args));
  }
}
