"""The VPR schedule of schools: what is wrong with it (`checks`), how files hold it (`reading`). Pure: no Django."""
