/** `npm run rehearse`: an incident on a laptop, from the damage to the proof. */

import { parseOptions } from './rehearsal/options.ts';
import { rehearse } from './rehearsal/rehearse.ts';

const options = parseOptions(process.argv.slice(2));
const status = 'status' in options ? options.status : await rehearse(options);
// An interrupted rehearsal leaves work half-way that would otherwise keep the process alive.
process.exit(status);
