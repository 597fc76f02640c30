// Has no text: RapidPro refuses it, and version 2 was green.
sendBroadcast({ urns: ['tel:+250788123123'] });
