"""All SQL of Milepost: tables, mapping, the unit of work and the queries of each noun."""
