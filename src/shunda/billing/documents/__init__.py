"""The papers about money: settlement and invoice print."""
