// Sends the whole state, with the credential in it.
addContact(state => state);
