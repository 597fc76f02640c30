// Writes restartParticipants: version 2 restarted everybody, the default.
startFlow({
  flow: '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c',
  urns: ['tel:+250788123123'],
  restartParticipants: false,
});
