/** Imported into a child before its own program: ends it when its standard input closes, as that of a dead parent does. */
process.stdin.on('end', () => process.exit(1));
process.stdin.resume();
process.stdin.unref();
