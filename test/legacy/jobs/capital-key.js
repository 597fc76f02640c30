// Writes `Fields`: version 2 left them out.
upsertContact({ urns: ['tel:+250788123123'], Fields: { village: 'Gisozi' } });
