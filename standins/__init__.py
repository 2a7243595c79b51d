"""Servers that stand in for payment companies while Milepost is tested and developed; see README.md."""
