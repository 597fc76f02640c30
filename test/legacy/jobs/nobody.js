// Sends to nobody, as the README of version 2 did.
sendBroadcast({ text: 'Hello friends.', urns: [], contacts: [], groups: [] });
