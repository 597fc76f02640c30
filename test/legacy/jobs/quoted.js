// Puts a reference in quotes: version 2 sent its letters to everybody.
sendBroadcast({ text: 'Dear $.data.name', urns: ['tel:+250788123123'] });
