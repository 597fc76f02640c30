/** The package's version, sent to the server; a test holds it to package.json. */
export const VERSION = '3.0.0';

/** How each request says where it comes from. */
export const USER_AGENT = `openfn-language-rapidpro/${VERSION}`;
