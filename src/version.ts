/** The package's version, sent to the server; a test holds it to package.json. */
export const VERSION = '3.0.0';
