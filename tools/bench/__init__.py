"""`make bench`: Depesha and Synapse side by side, driven by one load client.

Each server runs on one core and the load on another; runs alternate between the servers, each on
fresh data. What is measured is in `scenarios.py`; what must be reached, beside it. The client
proves its own ceiling against `stub.py` before its figures are believed.
"""
