// Takes a number from a spreadsheet.
upsertContact({ name: 'Amina', urns: ['tel:254712345678.0'] });
