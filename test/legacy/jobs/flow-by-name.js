// Names a flow, which RapidPro refuses: version 2 was green.
startFlow({ flow: 'Registration', urns: ['tel:+250788123123'] });
