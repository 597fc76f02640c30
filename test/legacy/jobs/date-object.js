// Gives a Date, which version 2 sent as {}.
upsertContact({ urns: ['tel:+250788123123'], fields: { due_date: new Date() } });
