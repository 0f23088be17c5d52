"""The papers that go with goods: pick list, packing list, delivery receipt."""
