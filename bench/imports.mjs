// Prints how many milliseconds the import of one module takes in a fresh process.
const started = performance.now();
await import(process.argv[2]);
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000 }));
