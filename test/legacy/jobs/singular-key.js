// Writes `urn` for `urns`: version 2 added a contact without a number.
addContact({ name: 'Amina', urn: 'tel:+250788123123' });
