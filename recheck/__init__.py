"""The room for rechecking works: commissions, experts, cases, samples and protocols."""
