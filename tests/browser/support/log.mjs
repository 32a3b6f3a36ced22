// The kiosk's log, read from its database itself, beside the running kiosk.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The entries of the kiosk's consultation, oldest first.
 * @param {import('./kiosk_process.mjs').Kiosk} kiosk
 * @returns {Promise<{kind: string, payload: string}[]>}
 */
export async function entries(kiosk) {
  const { stdout } = await run('/usr/bin/python3', ['-c', `
import json, sqlite3, sys
db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
print(json.dumps([dict(kind=kind, payload=payload) for kind, payload in db.execute(
    'SELECT kind, payload FROM events LEFT JOIN event_payloads USING (sequence) WHERE consultation = ? ORDER BY sequence', (sys.argv[2],))]))
`, path.join(kiosk.dataDir, 'sangdam.db'), kiosk.consultation]);
  return JSON.parse(stdout);
}
