"""Views of the files, each made anew from them at any time: DuckDB and MLflow.

store      recount.duckdb; the only module that knows duckdb
tables     the tables and views in it
tracking   the runs in MLflow; the only module that knows mlflow
series     curves and per-seed values as MLflow shows them
"""
