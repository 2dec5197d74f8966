"""Messages from device to device.

Spec: client-server API, "Send-to-Device messaging".
"""
