"""Pages of this app: coming in, one's own data, people, departments, the audit log."""
