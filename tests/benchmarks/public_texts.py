"""One tiny instance per family, as text in the family's form, worked out by hand."""

from benchmarks.public.library import FAMILIES

# Customers at (3, 4) and (6, 8): legs of 5 from the depot, 5 between, 10 back.
SDVRP = "2 10\n6 9\n0 0\n3 4\n6 8\n"

K_FORM = "2 10 1 2\n6 9\n0 0\n100 0\n3 4\n6 8\n"
G_FORM = "2 2 10\n0 0 1\n100 0 2\n3 4 16\n6 8 9\n"
P_FORM = """2 3 2 2
25 10
0 12
1 3 4 2 6 1 1 1
2 6 8 1 9 1 1 1
3 0 0 0 0 0 0
4 100 0 0 0 0 0
"""

MDSDHVRP = """2 2 2

 0 10 0.5 40 2
 1 20 0.5 20 1

 0 0 0 12 1 0
 1 100 0 30 0 2

 0 3 4 6 0.01
 1 6 8 9 0.02
"""

MTVRPTW = """NAME: tiny
COMMENT: 1: with a colon
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 3
VEHICLES: 2
CAPACITY: 10
SERVICE_TIME: 3
NODE_COORD_SECTION
1\t0\t0
2\t3\t4
3\t6\t8
DEMAND_SECTION
1\t0
2\t6
3\t9
TIME_WINDOW_SECTION
1\t0\t60
2\t10\t20
3\t0\t50
RELEASE_TIME_SECTION
1\t0
2\t4
3\t12
VEHICLES_RELOAD_DEPOT_SECTION
1\t1
2\t1
DEPOT_SECTION
1
EOF
"""

SITE = """NAME: tiny
DIMENSION: 3
VEHICLES: 2
VEHICLES_MAX_DURATION: 30
NODE_COORD_SECTION
1\t0\t0
2\t3\t4
3\t6\t8
DEMAND_SECTION
1\t0
2\t6
3\t9
SERVICE_TIME_SECTION
1\t0
2\t2
3\t1
TIME_WINDOW_SECTION
1\t0\t100
2\t20\t40
3\t0\t60
CAPACITY_SECTION
1\t10
2\t15
VEHICLES_ALLOWED_CLIENTS_SECTION
1\t2
2\t2\t3
EOF
"""

CVRP = """NAME : \ttiny
COMMENT : "none"
DIMENSION : 3
CAPACITY : 15
NODE_COORD_SECTION
1\t0\t0
2\t1\t1
3\t6\t8
DEMAND_SECTION
1\t0\t
2\t6\t
3\t9\t
DEPOT_SECTION
\t1
\t-1
EOF
"""

HFVRP = """NAME: tiny
DIMENSION: 3
VEHICLES: 3
NODE_COORD_SECTION
1\t0\t0
2\t3\t4
3\t6\t8
DEMAND_SECTION
1\t0
2\t6
3\t9
CAPACITY_SECTION
1\t10
2\t10
3\t15
VEHICLES_FIXED_COST_SECTION
1\t1000
2\t1000
3\t2500
VEHICLES_UNIT_DISTANCE_COST_SECTION
1\t50
2\t50
3\t100
DEPOT_SECTION
1
EOF
"""

MDVRPTW = """NAME: tiny
DIMENSION: 4
VEHICLES: 3
CAPACITY: 10
VEHICLES_MAX_DURATION: 30
NODE_COORD_SECTION
1\t0\t0
2\t100\t0
3\t3\t4
4\t106\t8
DEMAND_SECTION
1\t0
2\t0
3\t6
4\t9
SERVICE_TIME_SECTION
1\t0
2\t0
3\t2
4\t1
TIME_WINDOW_SECTION
1\t0\t100
2\t0\t90
3\t20\t40
4\t0\t60
VEHICLES_DEPOT_SECTION
1\t1
2\t2
3\t2
DEPOT_SECTION
1
2
EOF
"""

MTVRP_TABLE = "instance,base_file,vehicles,T_H\ntiny_m1_T1,tiny,1,31\n"

TEXTS = {
    "sdvrp": ("tiny.sd", SDVRP),
    "mdsdvrp": ("K_tiny.txt", K_FORM),
    "mdsdhvrp_i": ("tiny.txt", MDSDHVRP),
    "mtvrptw_r": ("tiny.vrp", MTVRPTW),
    "sdvrptw_site": ("tiny.vrp", SITE),
    "cvrp_x": ("tiny.vrp", CVRP),
    "hfvrp": ("tiny.vrp", HFVRP),
    "mdvrptw": ("tiny.vrp", MDVRPTW),
}


def read(folder, family, name=None, text=None):
    """Write a text as a file and return what the family's reader makes of it."""
    if family == "mtvrp":
        (folder / "instances.csv").write_text(MTVRP_TABLE)
        (folder / "tiny.vrp").write_text(CVRP)
        return FAMILIES[family].read(folder / "tiny_m1_T1")
    usual_name, usual_text = TEXTS[family]
    path = folder / (name or usual_name)
    path.write_text(text or usual_text)
    return FAMILIES[family].read(path)
