"""x"""
VECTOR={}
